-- What became of every object of the old bucket. An object that two conversations name has two
-- rows; `conversation_id` is empty where there is none.
CREATE TABLE IF NOT EXISTS sunset.objects (
    source_uri      text NOT NULL,
    conversation_id text NOT NULL DEFAULT '',
    role            text NOT NULL CHECK (role IN ('recording', 'duplicate', 'orphan', 'missing',
                                                  'not_audio', 'quarantined')),
    state           text NOT NULL CHECK (state IN ('listed', 'pending', 'copied', 'failed')),
    detail          text,
    duplicate_of    text,              -- source_uri of the one that is migrated
    size            bigint,
    generation      bigint,
    crc32c          bigint,
    md5             bytea,
    sha256          bytea,
    content_type    text,
    target          text,              -- identity of the bucket
    key             text,
    etag            text,
    url             text,
    upload_id       text,              -- a multipart upload that is not completed
    run             bigint NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source_uri, conversation_id)
);
-- From the beginning of the copy to its proof, milliseconds.
ALTER TABLE sunset.objects ADD COLUMN IF NOT EXISTS took_ms bigint;
-- SHA-256 over what was recorded, so that an entry that was changed since is found out.
ALTER TABLE sunset.objects ADD COLUMN IF NOT EXISTS seal bytea;
CREATE INDEX IF NOT EXISTS objects_conversation ON sunset.objects (conversation_id);
CREATE INDEX IF NOT EXISTS objects_key ON sunset.objects (key);

-- What reading a large object gave, part by part, until it is copied: a run that is stopped goes
-- on behind the last one.
CREATE TABLE IF NOT EXISTS sunset.object_parts (
    source_uri text NOT NULL,
    number     integer NOT NULL,
    generation bigint,
    size       bigint NOT NULL,
    part_size  bigint NOT NULL,
    md5        bytea NOT NULL,
    state      bytea NOT NULL,         -- of the hashes of the whole, after this part
    PRIMARY KEY (source_uri, number)
);

-- What is about to be stored in the new bucket, until it is proven: a run that is stopped in between
-- has perhaps stored it.
CREATE TABLE IF NOT EXISTS sunset.object_intents (
    target     text NOT NULL,          -- identity of the bucket
    key        text NOT NULL,
    source_uri text NOT NULL,
    url        text NOT NULL,
    found      text,                   -- ETag of what stood there before; empty: it states none
    run        bigint NOT NULL,
    PRIMARY KEY (target, key)
);

-- Keys under which something stood when this ledger first was to write there: another database may
-- rely on it, so nothing under them is removed.
CREATE TABLE IF NOT EXISTS sunset.objects_found (
    target text NOT NULL,
    key    text NOT NULL,
    etag   text NOT NULL,              -- empty: the bucket states none
    run    bigint NOT NULL,
    PRIMARY KEY (target, key)
);

-- Recordings of this ledger whose place under their key a run took. They cannot come back.
CREATE TABLE IF NOT EXISTS sunset.objects_replaced (
    run        bigint NOT NULL,
    target     text NOT NULL,
    key        text NOT NULL,
    source_uri text NOT NULL,
    etag       text,
    PRIMARY KEY (run, target, key)
);
