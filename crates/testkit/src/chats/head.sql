-- A chat server's database as v1 (Koa and TypeORM) made it, before plan main-server. Generated; no
-- real person's data. Sessions expire in the days around the one on which this file is loaded.
BEGIN;
CREATE TABLE users (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY,
    open_id text NOT NULL CONSTRAINT "UQ_6b0b5d9a1e4a2c7e8f3d1c9a5b2" UNIQUE,
    name text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE chats (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT "PK_0117647b3c4a4e5ff198aeb6206" PRIMARY KEY,
    chat_id text NOT NULL CONSTRAINT "UQ_d07f6b2f3c1e4a9b8d5e7c6f0a1" UNIQUE,
    type text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE sessions (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT "PK_3238ef96f18b355b671619111bc" PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT "FK_085d540d9f418cfbdc7bd55bb19" REFERENCES users (id),
    data jsonb NOT NULL DEFAULT '{}',
    expires_at timestamptz NOT NULL
);
