// The options of a measurement.

import { parseArgs } from 'node:util';

// `usage` is the line that shows them. A default that is a number makes its option one: a whole number of at least 1.
// Whoever asks with --help is shown the line, and whoever gives something else is told so; both end the process.
export function optionsOf(usage, defaults) {
  const shapes = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
  try {
    const { help, ...given } = parseArgs({ options: { ...shapes, help: { type: 'boolean' } } }).values;
    if (help) end(0, console.log, usage);
    for (const [name, value] of Object.entries(given)) if (typeof defaults[name] === 'number') given[name] = wholeNumber(name, value);
    return { ...defaults, ...given };
  } catch (error) {
    end(2, console.error, `${error.message}\n${usage}`);
  }
}

function wholeNumber(name, value) {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`--${name} is a whole number of at least 1, not "${value}"`);
  return Number(value);
}

function end(status, print, text) {
  print(text);
  process.exit(status);
}
