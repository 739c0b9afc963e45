//! protocol-apple
