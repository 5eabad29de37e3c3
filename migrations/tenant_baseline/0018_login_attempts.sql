-- Failed sign-ins, counted per budget (an account, an address, a browser; hashed). Two failures may share a time, hence
-- a number of their own. Rows past the window are deleted: the second index finds them.
CREATE TABLE IF NOT EXISTS {schema}.login_attempts (
    id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    budget_hash BINARY(32)  NOT NULL,
    failed_at   DATETIME(6) NOT NULL,
    KEY login_attempts_budget (budget_hash, failed_at),
    KEY login_attempts_time (failed_at)
)
