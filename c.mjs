import http from 'node:http';
http.createServer((q, r) => { let n = 0; q.on('data', (d) => (n += d.length)).on('end', () => { console.log(q.method, q.url, n); r.end(); }); }).listen(19999);
setTimeout(() => process.exit(), 60000);
