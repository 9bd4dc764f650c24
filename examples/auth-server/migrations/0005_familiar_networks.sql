-- From which networks a user has signed in: an attack from elsewhere does not keep them out there.
CREATE TABLE familiar_networks (
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    network TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, network),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE INDEX familiar_networks_user ON familiar_networks (org_id, user_id);
CREATE INDEX familiar_networks_at ON familiar_networks (at);
-- The latest of each user on record. The network of an IPv6 address is not its text: those are remembered at the next
-- sign-in.
INSERT INTO familiar_networks (org_id, user_id, network, at)
SELECT org_id, user_id, address, at FROM (
    SELECT users.org_id, users.id AS user_id, audit.address, MAX(audit.at) AS at,
        ROW_NUMBER() OVER (PARTITION BY users.id ORDER BY MAX(audit.at) DESC) AS number
    FROM audit JOIN users ON users.id = audit.actor
    WHERE audit.action = 'user.login' AND audit.address LIKE '%.%' AND audit.address NOT LIKE '%:%'
    GROUP BY users.org_id, users.id, audit.address
) latest WHERE number <= 8;
