// A host between the browser and the page, of which a test decides what it answers: what a service worker asks for is nothing that
// Playwright could hold back.

import { createServer, request } from 'node:http';

/** Passes on what it is asked, unless it `isSilent`, or the path has `moved` to another. */
export async function hostBefore(target) {
  const host = { isSilent: false, moved: {} };
  const server = createServer((asked, answer) => {
    const { method, headers, url } = asked;
    if (host.isSilent) {
      return;
    }
    if (url in host.moved) {
      answer.writeHead(308, { location: host.moved[url] }).end();
      return;
    }
    // Few hosts look at it; ours has its start page for navigations only, to which index.html may have moved.
    delete headers['sec-fetch-mode'];
    const further = request(new URL(url, target), { method, headers }, (given) => {
      answer.writeHead(given.statusCode, given.headers);
      given.pipe(answer);
    });
    further.on('error', () => answer.destroy());
    asked.pipe(further);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  host.url = `http://127.0.0.1:${server.address().port}/`;
  host.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return host;
}
