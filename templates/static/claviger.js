// Adds comfort to the pages: dialogs, copying, local times, busy buttons. Every action is a link or a form that works
// without this file. The server has rendered all content: this file only opens and fills it. The policy forbids parsing
// HTML from text (require-trusted-types-for): nothing here does it.

const strings = JSON.parse(document.body.dataset.strings);
const icons = new URL('icons.svg', import.meta.url).href;

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const slot = (root, name) => one(`[data-slot=${name}]`, root);

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(svg.namespaceURI, 'use'));
  setIcon(svg, name);
  return svg;
}

function setIcon(root, name) {
  one('use', root).setAttribute('href', `${icons}#${name}`);
}

// --- Times: how long ago, in the reader's language; the exact local time shows with its row ---

const ago = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(undefined, {
  year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit',
});
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const units = [['year', 31_556_952], ['month', 2_629_746], ['day', 86_400], ['hour', 3_600], ['minute', 60]];

function howLongAgo(moment) {
  const seconds = Math.max(0, (Date.now() - moment) / 1000);
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['second', Infinity];
  return ago.format(-Math.floor(seconds / size), unit);
}

function howSoon(moment) {
  const seconds = Math.max(0, (moment - Date.now()) / 1000);
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['second', 1];
  return ago.format(Math.ceil(seconds / size), unit);
}

const inYear = (moment) => (moment.getFullYear() === new Date().getFullYear() ? day : dayOfYear).format(moment);

// The times of badges, by their data-form.
const forms = { day: inYear, until: howSoon };

function localizeBadge(time, moment) {
  time.lang = ago.resolvedOptions().locale;
  time.replaceChildren(element('bdi', '', forms[time.dataset.form](moment)),
    element('span', 'hidden', ` (${exact.format(moment)})`));
  time.parentElement.title = exact.format(moment);
}

function localize(root) {
  for (const time of all('time', root)) {
    const moment = new Date(time.dateTime);
    if (time.dataset.form) {
      localizeBadge(time, moment);
      continue;
    }
    if (!one('.exact', time)) {
      time.lang = ago.resolvedOptions().locale;
      time.replaceChildren(element('bdi', ''), ' ', element('bdi', 'exact', exact.format(moment)));
    }
    time.firstChild.textContent = howLongAgo(moment);
  }
}

// --- Messages: in the open dialog, or as a toast if there is none ---

const openDialog = () => one('dialog[open]');
const regionOf = (root) => one('[role=status]', root);

function say(text, tone = 'good', ...more) {
  const root = openDialog() ?? one('#reveal');
  if (!root || (root.matches('dialog') && !root.open)) return toast(text, tone);
  const region = regionOf(root);
  clearTimeout(region.waiting);
  region.replaceChildren();
  // Screen readers do not announce a region that is filled at the moment when it appears.
  region.waiting = setTimeout(() => {
    region.dataset.tone = tone;
    region.append(icon(tone === 'good' ? 'circle-check' : 'triangle-alert'), element('span', '', text, ...more));
    if (tone !== 'good') region.nextElementSibling.scrollIntoView({ block: 'nearest' });
  }, 50);
}

function hush(root) {
  const region = regionOf(root);
  clearTimeout(region.waiting);
  region.replaceChildren();
}

// The toast's 6 seconds are an animation, so that style sheets can stop it under the pointer and under the focus.
function toast(text, tone) {
  const dismiss = element('button', 'plain', icon('x'));
  dismiss.type = 'button';
  dismiss.setAttribute('aria-label', strings.dismiss);
  const made = element('div', 'toast', icon(tone === 'good' ? 'circle-check' : 'circle-alert'),
    element('span', '', text), dismiss);
  made.dataset.tone = tone;
  made.addEventListener('animationend', (event) => event.animationName === 'toast' && made.remove());
  dismiss.addEventListener('click', () => made.remove());
  one('#toasts').append(made);
}

// --- Busy forms: nothing is sent twice; a form is shown as busy after 150 ms ---

// Marks the form as busy. Returns a function that ends this, or undefined if the form is busy already. aria-disabled
// keeps the focus, disabled would not.
function busy(form) {
  if ('busy' in form.dataset) return undefined;
  form.dataset.busy = '';
  const button = one('[type=submit]', form);
  const seen = setTimeout(() => {
    button.setAttribute('aria-busy', 'true');
    button.setAttribute('aria-disabled', 'true');
  }, 150);
  return () => {
    clearTimeout(seen);
    delete form.dataset.busy;
    button.removeAttribute('aria-busy');
    button.removeAttribute('aria-disabled');
  };
}

// --- Requests to the server ---

// The id of the person whose page this is. Once another person is signed in, the server refuses the page's requests.
const pageOf = () => one('[name=pageOf]').value;

// Sends an action. Returns {issued}, the key, or {text} with three flags. `field`: the text is about the typed value;
// `code` says which. `unknown`: the action may have happened all the same. `another`: another person is signed in.
async function send(path, body, failed) {
  const unknown = { text: filled(strings.unknown, { failed }), unknown: true };
  const offline = !navigator.onLine;
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-Claviger-Page-Of': pageOf() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    return offline ? { text: strings.offline } : unknown;
  }
  if (response.status === 401) return sessionEnded();
  const answer = await response.json().catch(() => undefined);
  if (answer?.code === 'signed_in_as_another') return { text: strings.another, another: true };
  if (response.ok) return answer?.fullKey || answer?.disabledAt !== undefined ? { issued: answer } : unknown;
  if ([400, 413].includes(response.status) && answer?.error) return { text: answer.error, field: true, code: answer.code };

  const id = answer?.requestId ?? response.headers.get('X-Request-Id');
  const text = answer?.error ?? failed;
  return { text: response.status < 500 ? text : filled(strings.request, { text, id }), unknown: ![403, 409, 429].includes(response.status) };
}

// Goes to the login page, which leads back. Both pages say that nothing was changed. The promise never settles.
function sessionEnded() {
  sessionStorage.setItem('ended', '1');
  location.assign(`/login?callbackUrl=${encodeURIComponent(location.pathname + location.search)}`);
  return new Promise(() => {});  // this page is about to be left
}

function linkToOwnKeys() {
  const link = element('a', '', strings.showTheirKeys);
  link.href = '/settings/api-keys';
  return link;
}

// Replaces a list that does not belong to the person who is signed in now.
function showAnother() {
  const text = element('p', 'callout bad', icon('circle-alert'), element('span', '', strings.another, ' ', linkToOwnKeys()));
  text.setAttribute('role', 'alert');
  one('#keys').replaceChildren(text);
}

// Fetches the list anew, as the server renders it. XMLHttpRequest parses the response as a document, which runs no
// script.
function refresh() {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('GET', location.pathname + location.search);
    request.setRequestHeader('X-Claviger-Page-Of', pageOf());
    request.responseType = 'document';
    request.timeout = 10_000;
    request.onloadend = () => {
      if (request.status === 409) return done(undefined);
      const fresh = request.status === 200 && request.response?.getElementById('keys');
      fresh ? done(fresh) : failed();
    };
    request.send();
  }).then((fresh) => {
    if (!fresh) return showAnother();
    const old = one('#keys');
    const hadFocus = old.contains(document.activeElement);
    localize(fresh);
    old.replaceWith(fresh);
    if (hadFocus) goBack();
  }).catch(() => say(strings.listFailed, 'bad'));
}

// --- Dialogs ---

let opener;  // the control that opened the dialog
let newId;   // the id of the regenerated key: its row has a new button

function goBack() {
  const target = opener?.isConnected ? opener : newId && one(`#keys [data-id="${newId}"]`);
  (target ?? one('[data-opens=create]')).focus();
}

const opening = {
  create(dialog) {
    one('form', dialog).reset();
    one('.more', dialog).open = false;
    clearFieldErrors(dialog);
    dialog.showModal();
    one('[name=name]', dialog).focus();
  },
  confirm(dialog, link) {
    const row = link.closest('tr');
    const used = one('time', row.cells[3])?.firstChild.textContent;
    slot(dialog, 'name').textContent = one('bdi', row).textContent;
    slot(dialog, 'masked').textContent = one('code', row).textContent;
    slot(dialog, 'expires').hidden = !('expires' in link.dataset);
    slot(dialog, 'disabled').hidden = !('disabled' in link.dataset);
    slot(dialog, 'used').textContent = used ? filled(strings.lastUsed, { when: used }) : strings.neverUsed;
    dialog.dataset.id = link.dataset.id;
    dialog.showModal();
    one('[data-close]', dialog).focus();
  },
};

function open(link) {
  const dialog = document.getElementById(link.dataset.opens);
  opener = link;
  newId = undefined;
  hush(dialog);
  opening[dialog.id](dialog, link);
}

// The field that an error is about, by the error's code.
const errorFields = { expiry_invalid: 'expires', other: 'name' };

function showFieldError(root, text, name = 'name') {
  const field = one(`[name=${name}]`, root);
  one(`#${name}-error`, root).textContent = text;
  text ? field.setAttribute('aria-invalid', 'true') : field.removeAttribute('aria-invalid');
  return field;
}

function clearFieldErrors(root) {
  for (const name of Object.values(errorFields)) showFieldError(root, '', name);
}

// --- The one-time view: as a dialog, or as the page that is the response to a form ---

let atStake;  // {copied, warned} while a one-time value is shown
const doneLabel = one('[data-done]')?.textContent;

function showOnce(kind, issued) {
  const root = one('#reveal');
  for (const words of all('[data-when]', root)) words.hidden = words.dataset.when !== kind;
  slot(root, 'name').textContent = issued.name;
  slot(root, 'key').textContent = issued.fullKey;
  one('#full-key', root).value = issued.fullKey;
  for (const dialog of all('dialog[open]')) dialog.close();
  atStake = { copied: false, warned: false };
  root.showModal();
  one('[data-copy]', root).focus();
  return new Promise((done) => { atStake.done = done; });
}

// Warns once that the value is not copied. True if the view may close.
function mayGo() {
  if (atStake.copied || atStake.warned) return true;
  atStake.warned = true;
  one('[data-done]').textContent = strings.closeAnyway;
  say(strings.notCopied, 'warn');
  return false;
}

function countAsCopied() {
  if (!atStake) return;
  atStake.copied = true;
  one('[data-done]').textContent = doneLabel;
}

function forget() {
  const root = one('#reveal');
  if (!root || !atStake) return;
  const field = one('#full-key', root);
  field.value = '';
  field.defaultValue = '';  // the value that the server has rendered
  slot(root, 'key').textContent = '';
  slot(root, 'name').textContent = '';
  for (const button of all('[data-copy]', root)) relabel(button);
  one('[data-done]', root).textContent = doneLabel;
  hush(root);
  const { done } = atStake;
  atStake = undefined;
  if (root.open) root.close();
  done?.();
}

// --- Copying ---

const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
const keysToPress = isMac ? '⌘C' : 'Ctrl+C';

function relabel(button, text = button.dataset.label, symbol = 'copy') {
  if (text === undefined) return;
  clearTimeout(button.waiting);
  one('span', button).textContent = text;
  setIcon(button, symbol);
}

// Resolves to true only once the clipboard has the text. The clipboard's promise may never settle, and on plain http
// there is no clipboard: then false, after 800 ms at most.
function written(text) {
  const tooLong = new Promise((give) => { setTimeout(give, 800, false); });
  const attempt = async () => { await navigator.clipboard.writeText(text); return true; };
  return Promise.race([tooLong, attempt().catch(() => false)]);
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  button.dataset.label ??= one('span', button).textContent;
  const succeeded = await written(text);
  if (!atStake) return;
  if (succeeded) {
    countAsCopied();
    relabel(button, strings.copied, 'check');
    button.waiting = setTimeout(() => relabel(button), 2000);
    say(strings.copiedToClipboard);
  } else {
    select(source);
    relabel(button, filled(strings.press, { keys: keysToPress }));
    say(filled(strings.selected, { keys: keysToPress }), 'warn');
  }
}

function select(source) {
  if (source.select) {
    source.focus();
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
}

// The value counts as copied if the person copies the whole of it by hand.
document.addEventListener('copy', () => {
  const field = one('#full-key');
  if (!atStake || !field.value) return;
  const inField = document.activeElement === field ? field.value.slice(field.selectionStart, field.selectionEnd) : '';
  if (inField !== field.value && !String(getSelection()).includes(field.value)) return;
  countAsCopied();
  for (const button of all('[data-copy]')) relabel(button);
  hush(one('#reveal'));
});

// --- The two actions ---

let shown = Promise.resolve();  // one value at a time: the next one waits until this view is closed

async function act(form, path, body, kind, failed) {
  const free = busy(form);
  if (!free) return;
  hush(form);
  const answer = await send(path, body, failed);
  free();
  if (answer.issued) {
    shown = shown.then(() => {
      const done = showOnce(kind, answer.issued);
      if (kind === 'created') say(strings.created);
      if (kind === 'regenerated') newId = answer.issued.id;
      refresh();
      return done;
    }).then(goBack);
  } else if (answer.field && kind === 'created' && form.closest('[open]')) {
    showFieldError(form, answer.text, errorFields[answer.code] ?? errorFields.other).focus();
  } else if (answer.another) {
    say(answer.text, 'bad', ' ', linkToOwnKeys());
    showAnother();
  } else {
    say(answer.text, 'bad');
    if (answer.unknown) refresh();
  }
}

const actions = {
  create(form) {
    clearFieldErrors(form);
    const body = { name: form.elements.name.value, expiresAt: chosenExpiry(form) };
    return act(form, '/api/api-keys', body, 'created', strings.createFailed);
  },
  confirm(form) {
    const path = `/api/api-keys/${form.closest('dialog').dataset.id}`;
    return act(form, path, {}, 'regenerated', strings.regenerateFailed);
  },
};

// How far the clock of the server is ahead of the browser's, in milliseconds.
const serverAhead = (Date.parse(one('[data-now]')?.dataset.now) || Date.now()) - Date.now();

// null: never. Days count from now by the server's clock; a date goes to the server as it is.
function chosenExpiry(form) {
  const { value } = form.elements.expires;
  if (value === 'date') return form.elements.expiresOn.value;
  return value ? new Date(Date.now() + serverAhead + Number(value) * 86_400_000).toISOString() : null;
}

// Disables or enables a key, and stays on the page.
async function flip(form) {
  const free = busy(form);
  if (!free) return;
  const { id, switch: verb } = form.dataset;
  const answer = await send(`/api/api-keys/${id}/${verb}`, {}, strings.switchFailed);
  free();
  if (answer.another) {
    say(answer.text, 'bad');
    return showAnother();
  }
  opener = undefined;
  newId = id;
  if (answer.issued || answer.unknown) await refresh();
  say(answer.issued ? strings[`${verb}d`] : answer.text, answer.issued ? 'good' : 'bad');
}

// --- Events ---

document.addEventListener('submit', (event) => {
  const form = event.target;
  const action = actions[form.closest('dialog')?.id];
  if (action) {
    event.preventDefault();
    action(form);
  } else if (form.dataset.switch) {
    event.preventDefault();
    flip(form);
  } else if (form.method === 'post') {
    const password = one('#password', form);
    if (password) password.type = 'password';  // so that no browser stores it like a text field
    if (!busy(form)) event.preventDefault();
  }
});

let pressedOn;
document.addEventListener('pointerdown', (event) => { pressedOn = event.target; });

document.addEventListener('click', (event) => {
  const { target } = event;
  const menu = one('[data-menu][open]');
  if (menu && !menu.contains(target)) menu.open = false;
  // A click on the backdrop closes the dialog in browsers that do not support closedby.
  if (target === pressedOn && target.matches('dialog[closedby=any]')) target.close();

  const control = target.closest('[data-opens], [data-close], [data-copy], [data-done], [data-shows]');
  if (!control) return;
  const { opens, copy: copies, shows } = control.dataset;
  if (opens) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(control);
  } else if (copies) {
    copy(control);
  } else if (shows) {
    showPassword(control);
  } else if ('close' in control.dataset) {
    control.closest('dialog').close();
  } else if (atStake) {
    mayGo() ? forget() : event.preventDefault();
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = one('[data-menu][open]');
  if (menu && !openDialog()) {
    menu.open = false;
    one('summary', menu).focus();
  } else if (atStake && openDialog()) {
    event.preventDefault();
    mayGo();
  }
});

function showPassword(button) {
  const field = document.getElementById(button.dataset.shows);
  const shows = field.type === 'password';
  field.type = shows ? 'text' : 'password';
  button.setAttribute('aria-pressed', shows);
  setIcon(button, shows ? 'eye-off' : 'eye');
}

for (const dialog of all('dialog')) {
  if (dialog.id === 'reveal') {
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    // The third Escape closes a dialog even if its cancel event is prevented.
    dialog.addEventListener('close', () => {
      if (!atStake) return;
      dialog.showModal();
      one('[data-copy]', dialog).focus();
      mayGo();
    });
  } else {
    dialog.addEventListener('close', () => { if (!openDialog()) goBack(); });
  }
}

// --- Leaving the page and coming back ---

window.addEventListener('beforeunload', (event) => { if (atStake && !atStake.copied) event.preventDefault(); });
window.addEventListener('pagehide', forget);
window.addEventListener('pageshow', (event) => {
  // The browser shows the page from its memory: the list is old, and a one-time view is gone.
  if (event.persisted) location.replace(one('section#reveal') ? '/settings/api-keys' : location.pathname + location.search);
});

for (const control of all('[data-scripted]')) control.hidden = false;
localize(document);
setInterval(localize, 60_000, document);

if (one('section#reveal')) {
  atStake = { copied: false, warned: false };
  one('[data-copy]').focus();
}
if (sessionStorage.getItem('ended')) {
  if (one('#ended')) {
    one('#ended').hidden = false;
  } else {
    sessionStorage.removeItem('ended');
    toast(strings.ended, 'good');
  }
}
