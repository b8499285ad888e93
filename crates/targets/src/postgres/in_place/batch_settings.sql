SET LOCAL lock_timeout = '300ms';
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL extra_float_digits = 1
