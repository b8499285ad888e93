-- Gives back what is not done.
WITH freed AS (
    UPDATE sunset.work SET worker = NULL, claimed_at = NULL WHERE worker = $1 AND done_at IS NULL
)
UPDATE sunset.workers SET left_at = clock_timestamp(), error = $2
 WHERE id = $1 AND left_at IS NULL AND fenced_at IS NULL
