-- Looks at the other client until it is stopped, and leaves the longest time that it waited for a
-- lock in a table. What it waits for besides, as for the disk, is not in it.
CREATE UNLOGGED TABLE IF NOT EXISTS lock_waits (longest interval);
INSERT INTO lock_waits VALUES (interval '0');
DO $$
DECLARE found interval;
        longest interval := '0';
BEGIN
    LOOP
        SELECT max(clock_timestamp() - l.waitstart) INTO found
          FROM pg_locks AS l
          JOIN pg_stat_activity AS a USING (pid)
         WHERE NOT l.granted AND a.application_name = 'sunset_bench_probe';
        IF found > longest THEN
            longest := found;
            UPDATE lock_waits SET longest = greatest(lock_waits.longest, found);
            COMMIT;
        END IF;
        PERFORM pg_sleep(0.02);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
END $$;
