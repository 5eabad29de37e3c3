// Gives what is wrong with an error answer of /api or /v1, in words, or undefined if it is right. It must be a complete
// problem document that names its own status and request id, with Cache-Control: no-store. With 502 and 503 it must
// have a Retry-After.
export function flawOf(answer) {
  if (answer.headers['content-type'] !== 'application/problem+json') return `it is ${answer.headers['content-type']}`;
  let document;
  try {
    document = answer.json();
  } catch {
    return 'it is no JSON';
  }
  for (const member of ['type', 'title', 'detail', 'error', 'code', 'requestId'])
    if (typeof document[member] !== 'string' || document[member] === '') return `it has no ${member}`;
  if (document.status !== answer.status) return `it says ${document.status} and is ${answer.status}`;
  if (document.detail !== document.error) return 'detail and error differ';
  if (!/^[a-z]+(_[a-z]+)*$/.test(document.code)) return `its code is ${document.code}`;
  if (document.requestId !== answer.headers['x-request-id']) return "its request id is not the header's";
  if ([502, 503].includes(answer.status) && !/^[1-9]\d*$/.test(answer.headers['retry-after'] ?? '')) return 'it has no Retry-After';
  if (answer.headers['cache-control'] !== 'no-store') return `its Cache-Control is ${answer.headers['cache-control']}`;
  return undefined;
}
