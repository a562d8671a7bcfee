//! Pure decisions: who is pushed and why not, with which text, and what a verdict changes.
