-- Everything that was done to one thing: the versions of a certificate.
CREATE INDEX audit_of_object ON audit (app, object, id);
