-- The boards that remember verdicts, one a host. While a row is here, whoever takes a standing away waits for that host.
CREATE TABLE IF NOT EXISTS {schema}.nodes (
    board_id      BINARY(16)  NOT NULL PRIMARY KEY,
    registered_at DATETIME(6) NOT NULL,
    renewed_at    DATETIME(6) NOT NULL
)
