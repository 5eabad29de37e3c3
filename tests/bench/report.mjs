// Summarizes the rounds by medians, since other work on the machine disturbs single rounds.

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const totalCpu = ({ cpu }) => cpu.nginx + cpu.workers + cpu.database;

// The figures of each side of a round.
const figures = {
  perSecond: (side) => side.perSecond,
  p50: (side) => side.p50,
  p99: (side) => side.p99,
  nginxCpu: (side) => side.cpu.nginx,
  workersCpu: (side) => side.cpu.workers,
  databaseCpu: (side) => side.cpu.database,
  cpu: totalCpu,
};

// Gives for each measure its figures, and each figure as a ratio to the reference that ran right before. CPU is
// in microseconds per request, which is milliseconds per thousand. Times are in milliseconds.
export function summarize(measures, rounds) {
  return measures.map(({ name, reference = 'trivial', atLeast }) => {
    const own = rounds.filter((round) => round.measure === name);
    const values = {};
    const ratios = {};
    for (const [figure, of] of Object.entries(figures)) {
      values[figure] = median(own.map(({ found }) => of(found)));
      const base = median(own.map(({ base }) => of(base)));
      ratios[figure] = base > 0 ? median(own.map(({ base, found }) => of(found) / of(base))) : undefined;
    }
    const all = own.map(({ base, found }) => found.perSecond / base.perSecond);
    return { name, reference, atLeast, values, ratios, lowest: Math.min(...all), highest: Math.max(...all) };
  });
}

const heading = ['measure', 'req/s', 'ratio', 'to', '(lowest-highest)', 'promised', 'p50 ms', 'ratio', 'p99 ms', 'ratio', 'CPU nginx', 'workers', 'database', 'all', 'ratio'];

export function table(summary, memory) {
  const rows = summary.map(({ name, reference, atLeast, values, ratios, lowest, highest }) => [
    name, Math.round(values.perSecond), ratios.perSecond.toFixed(3), reference, `(${lowest.toFixed(2)}-${highest.toFixed(2)})`, atLeast ?? '',
    values.p50.toFixed(2), ratios.p50.toFixed(2), values.p99.toFixed(2), ratios.p99.toFixed(2),
    values.nginxCpu.toFixed(1), values.workersCpu.toFixed(1), values.databaseCpu.toFixed(1), values.cpu.toFixed(1), ratios.cpu.toFixed(2),
  ].map(String));
  const widths = heading.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [
    '', line(heading), ...rows.map(line), '',
    'Each ratio is to the program under "to", measured right before; medians. CPU is ms for 1,000 requests.',
    ...(memory ? [`Memory of workers and master with full caches: ${memory.now.toFixed(1)} MB (shared pages counted once), ` +
      `${memory.peak.toFixed(1)} MB at most (counted in each process).`] : []),
  ].join('\n');
}
