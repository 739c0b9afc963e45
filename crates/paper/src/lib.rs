//! What is printed or kept as a document: signed records as PDF, labels as QR and bar codes.
