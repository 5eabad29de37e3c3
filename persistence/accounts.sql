-- The three database accounts of Claviger. The server's administrator runs this once, after replacing @TOOL_PASSWORD@,
-- @WORKER_PASSWORD@ and @PRUNE_PASSWORD@ (letters and digits only). Safe to run again: it sets the passwords anew.
-- Written for MariaDB 10.11. Text in /*!80000 */ runs only on MySQL 8, and text in /*M! */ only on MariaDB.
-- persistence/README.md gives the reason for each right.

-- The tool: makes the control schema, tenant schemas and roles. Only operators hold its password.
CREATE USER IF NOT EXISTS 'claviger_tool'@'localhost';
ALTER USER 'claviger_tool'@'localhost' IDENTIFIED BY '@TOOL_PASSWORD@';
GRANT CREATE USER ON *.* TO 'claviger_tool'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX
    ON `claviger`.* TO 'claviger_tool'@'localhost' WITH GRANT OPTION;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP
    ON `claviger\_t\_%`.* TO 'claviger_tool'@'localhost' WITH GRANT OPTION;
/*!80000 GRANT ROLE_ADMIN ON *.* TO 'claviger_tool'@'localhost' */;

-- What `claviger doctor` compares: the rights of all tenants' roles, with a few statements. None of these tables has
-- passwords. The table global_priv has them, so a view shows only the names of roles with rights on the whole server.
/*M!100400 CREATE OR REPLACE DEFINER = 'mariadb.sys'@'localhost' SQL SECURITY DEFINER VIEW mysql.claviger_global_rights AS
    SELECT User AS role FROM mysql.global_priv
    WHERE JSON_VALUE(Priv, '$.is_role') AND JSON_VALUE(Priv, '$.access') <> 0 */;
/*M!100400 GRANT SELECT ON mysql.claviger_global_rights TO 'claviger_tool'@'localhost' */;
/*M!100400 GRANT SELECT ON mysql.roles_mapping TO 'claviger_tool'@'localhost' */;
GRANT SELECT ON mysql.db TO 'claviger_tool'@'localhost';
GRANT SELECT ON mysql.tables_priv TO 'claviger_tool'@'localhost';
GRANT SELECT ON mysql.columns_priv TO 'claviger_tool'@'localhost';
GRANT SELECT ON mysql.procs_priv TO 'claviger_tool'@'localhost';

-- The workers: no rights here. The tool grants them their rights on the control schema, and each tenant's role. They
-- take a role for the length of one unit of work.
CREATE USER IF NOT EXISTS 'claviger_worker'@'localhost';
ALTER USER 'claviger_worker'@'localhost' IDENTIFIED BY '@WORKER_PASSWORD@';

-- `claviger prune`, mostly run by a timer: no rights here either. If database.prune_user names this account, the tool
-- lets it take the role clv_prune, which has rights on sessions, audit events, known devices and failed sign-ins: to see
-- their age, and to delete them.
CREATE USER IF NOT EXISTS 'claviger_prune'@'localhost';
ALTER USER 'claviger_prune'@'localhost' IDENTIFIED BY '@PRUNE_PASSWORD@';
