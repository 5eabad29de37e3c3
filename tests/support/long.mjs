// Which form of a test runs: the short one, of every `./claviger test`, or the one with the full figures, of
// `./claviger test --long`.
export const long = Boolean(process.env.FAULTS_LONG);

export const figure = ({ short, full }) => (long ? full : short);
