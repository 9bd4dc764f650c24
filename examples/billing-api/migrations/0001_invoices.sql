CREATE TABLE invoices (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    number TEXT NOT NULL,
    customer TEXT NOT NULL,
    description TEXT NOT NULL,
    -- In the currency's smallest unit, such as cents.
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Seconds since 1970.
    created_at BIGINT NOT NULL
);

-- An organization gives each number once; others may have the same.
CREATE UNIQUE INDEX invoices_number ON invoices (org_id, number);

-- The pages of a list.
CREATE INDEX invoices_page ON invoices (org_id, id);
