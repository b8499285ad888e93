-- What somebody may have set for a database, and what would break or bend long transactions.
ALTER DATABASE {name} SET statement_timeout = '40ms';
ALTER DATABASE {name} SET lock_timeout = '10ms';
ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '20ms';
ALTER DATABASE {name} SET default_transaction_isolation = 'serializable';
ALTER DATABASE {name} SET default_transaction_deferrable = on;
ALTER DATABASE {name} SET search_path = 'pg_catalog';
ALTER DATABASE {name} SET DateStyle = 'SQL, DMY';
ALTER DATABASE {name} SET TimeZone = 'Asia/Taipei';
ALTER DATABASE {name} SET bytea_output = 'escape';
ALTER DATABASE {name} SET standard_conforming_strings = off;
ALTER DATABASE {name} SET extra_float_digits = -15;
ALTER DATABASE {name} SET IntervalStyle = 'sql_standard';
