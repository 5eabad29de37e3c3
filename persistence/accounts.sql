-- The three database accounts of Claviger, to be run once by the server's administrator after replacing
-- @TOOL_PASSWORD@, @WORKER_PASSWORD@ and @PRUNE_PASSWORD@ (letters and digits only). Safe to run again: it sets the passwords anew.
-- Written for MariaDB 10.11; what stands in /*!80000 */ runs on MySQL 8 alone. persistence/README.md says why each
-- right is there.

-- The tool: makes the control schema, tenant schemas and roles. Only operators hold its password.
CREATE USER IF NOT EXISTS 'claviger_tool'@'localhost';
ALTER USER 'claviger_tool'@'localhost' IDENTIFIED BY '@TOOL_PASSWORD@';
GRANT CREATE USER ON *.* TO 'claviger_tool'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX
    ON `claviger`.* TO 'claviger_tool'@'localhost' WITH GRANT OPTION;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP
    ON `claviger\_t\_%`.* TO 'claviger_tool'@'localhost' WITH GRANT OPTION;
/*!80000 GRANT ROLE_ADMIN ON *.* TO 'claviger_tool'@'localhost' */;

-- The workers: nothing of their own. The tool grants them what they may read of the control schema, and each
-- tenant's role, which they take for the length of a piece of work.
CREATE USER IF NOT EXISTS 'claviger_worker'@'localhost';
ALTER USER 'claviger_worker'@'localhost' IDENTIFIED BY '@WORKER_PASSWORD@';

-- `claviger prune`, mostly run by a timer: nothing of its own either. Where database.prune_user names it, the tool grants
-- it to see how old sessions, audit events, known devices and failed sign-ins are, and to delete them.
CREATE USER IF NOT EXISTS 'claviger_prune'@'localhost';
ALTER USER 'claviger_prune'@'localhost' IDENTIFIED BY '@PRUNE_PASSWORD@';
