// R2's S3 interface lies at /cdn-cgi/local/r2/s3. This Worker stands for the public addresses of the
// declared buckets: /public/test-7/KEY gives the object KEY of the binding B7, or a range of it.
const WORDS = "R2's S3 interface: /cdn-cgi/local/r2/s3\n";

export default {
  async fetch(request, env) {
    const [, folder, bucket = "", ...segments] = new URL(request.url).pathname.split("/");
    if (folder !== "public") return new Response(WORDS);
    const key = decodeURIComponent(segments.join("/"));
    const asked = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "");
    const [offset, last] = asked ? [Number(asked[1]), Number(asked[2])] : [0, 0];
    const options = asked ? { range: { offset, length: last - offset + 1 } } : {};
    const object = await env[bucket.replace("test-", "B")]?.get(key, options);
    if (!object) return new Response(null, { status: 404 });
    if (!asked) return new Response(object.body);
    const end = Math.min(last, object.size - 1);
    const headers = { "content-range": `bytes ${offset}-${end}/${object.size}` };
    return new Response(object.body, { status: 206, headers });
  },
};
