-- Every third statement that inserts conversations or analyses fails, each time in another way.
CREATE SEQUENCE blows;
CREATE FUNCTION blow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint := nextval('blows');
    states text[] := ARRAY['57014', '55P03', '40001', '40P01', '53300', '57P01', '25P03', '08006'];
BEGIN
    IF number % 3 = 0 THEN
        RAISE EXCEPTION 'blow %', number USING ERRCODE = states[1 + (number / 3) % 8];
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER blow AFTER INSERT ON conversations FOR EACH STATEMENT EXECUTE FUNCTION blow();
CREATE TRIGGER blow AFTER INSERT ON meddic_analyses FOR EACH STATEMENT EXECUTE FUNCTION blow();
