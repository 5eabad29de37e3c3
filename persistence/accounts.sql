-- The three database accounts of Claviger. The server's administrator runs this once, after replacing @TOOL_PASSWORD@,
-- @WORKER_PASSWORD@ and @PRUNE_PASSWORD@ (letters and digits only). Safe to run again: it sets the passwords anew.
-- Written for MariaDB 10.11. Text in /*!80000 */ runs only on MySQL 8. persistence/README.md gives the reason for each
-- right.

-- The tool: makes the control schema, tenant schemas and roles. Only operators hold its password.
CREATE USER IF NOT EXISTS 'claviger_tool'@'localhost';
ALTER USER 'claviger_tool'@'localhost' IDENTIFIED BY '@TOOL_PASSWORD@';
GRANT CREATE USER ON *.* TO 'claviger_tool'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX
    ON `claviger`.* TO 'claviger_tool'@'localhost' WITH GRANT OPTION;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP
    ON `claviger\_t\_%`.* TO 'claviger_tool'@'localhost' WITH GRANT OPTION;
/*!80000 GRANT ROLE_ADMIN ON *.* TO 'claviger_tool'@'localhost' */;

-- The workers: no rights here. The tool grants them their rights on the control schema, and each tenant's role. They
-- take a role for the length of one unit of work.
CREATE USER IF NOT EXISTS 'claviger_worker'@'localhost';
ALTER USER 'claviger_worker'@'localhost' IDENTIFIED BY '@WORKER_PASSWORD@';

-- `claviger prune`, mostly run by a timer: no rights here either. If database.prune_user names this account, the tool
-- lets it take the role clv_prune, which has rights on sessions, audit events, known devices and failed sign-ins: to see
-- their age, and to delete them.
CREATE USER IF NOT EXISTS 'claviger_prune'@'localhost';
ALTER USER 'claviger_prune'@'localhost' IDENTIFIED BY '@PRUNE_PASSWORD@';
