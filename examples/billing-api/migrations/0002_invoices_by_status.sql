-- The pages of a list of one status, which may be a few invoices among many.
CREATE INDEX invoices_status_page ON invoices (org_id, status, id);
