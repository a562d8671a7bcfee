-- What comes from all senders lies beside each other where their ids begin with the time, so that a commit changes a few
-- pages of this index and not one for each sender. A backend has neither user nor device: those nulls count as one sender.
DROP INDEX messages_by_client_id;
CREATE UNIQUE INDEX messages_by_client_id
    ON messages (app, client_message_id, ifnull(sender, ''), ifnull(sender_device, x''))
    WHERE client_message_id IS NOT NULL;
