// The options of a measurement.

import { parseArgs } from 'node:util';

// `usage` is the line that shows the options. If a default is a number, its option must be a whole number of at least
// 1. With --help the process prints the line, and its exit status is 0. With a wrong option it prints the error and the
// line, and its exit status is 2.
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
