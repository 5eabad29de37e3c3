// Faults between the page and the server. Only faults are simulated. Every successful answer comes from the real
// service.

// Holds back requests that match the pattern, except GET, until go(). `requests` collects them.
export async function hold(page, pattern) {
  const held = { requests: [] };
  const freed = new Promise((resolve) => { held.go = resolve; });
  await page.route(pattern, async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    held.requests.push(route.request());
    await freed;
    return route.continue();
  });
  return held;
}

// Answers requests that match the pattern with a problem document. They do not reach the server.
export function failWith(page, pattern, status, { code, error, requestId }) {
  const document = { type: 'about:blank', title: 'Fault', status, detail: error, error, code, requestId };
  return page.route(pattern, (route) => route.fulfill({
    status,
    contentType: 'application/problem+json',
    headers: { 'X-Request-Id': requestId },
    body: JSON.stringify(document),
  }));
}

// Removes Cache-Control from the responses to the script, as a careless proxy does. The browser may then cache the
// page.
export async function dropCacheControl(page) {
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, responseStatusCode, responseHeaders = [] }) => session.send('Fetch.continueResponse', {
    requestId,
    responseCode: responseStatusCode,
    responseHeaders: responseHeaders.filter(({ name }) => name.toLowerCase() !== 'cache-control'),
  }));
  await session.send('Fetch.enable', { patterns: ['Fetch', 'XHR'].map((resourceType) => ({ resourceType, requestStage: 'Response' })) });
}
