SET LOCAL lock_timeout = '300ms';
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
-- Rows and their entry in the ledger are lost together or not at all, a row that was lost is found
-- again, and the end of the run waits for the disk, so for all that was committed before. Without
-- this, whoever wants a row of the batch waits for the disk, too.
SET LOCAL synchronous_commit = off
