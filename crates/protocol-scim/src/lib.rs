//! SCIM 2.0 (RFC 7643, RFC 7644): resources, filters and patches as types.
