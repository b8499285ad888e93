-- Nothing is left that an image or a first digest could serve, unless rows were kept.
DELETE FROM sunset.before_images AS i
 WHERE NOT EXISTS (SELECT FROM sunset.provenance AS p
                    WHERE p.table_name = i.table_name AND p.row_id = i.row_id);
DELETE FROM sunset.baselines WHERE NOT EXISTS (SELECT FROM sunset.provenance);
DELETE FROM sunset.run_baselines WHERE NOT EXISTS (SELECT FROM sunset.provenance);
