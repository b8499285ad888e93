SET LOCAL extra_float_digits = 1;
SET LOCAL IntervalStyle = 'postgres'
