//! Who is on duty, on leave or on call at a given time, from patterns, absences and calendars.
