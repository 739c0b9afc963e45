//! Who may do what: role, action, force and relationship, decided by the Cedar policies of `policy/access/`.
