// The simulator wants a Worker; nobody asks this one. R2's S3 interface lies at /cdn-cgi/local/r2/s3.
export default { fetch: () => new Response("R2's S3 interface: /cdn-cgi/local/r2/s3\n") };
