// Whether the tests run with their full figures. `./claviger test --long` sets that for its suite faults-long. Without
// it they run with the short figures.
export const long = Boolean(process.env.FAULTS_LONG);

export const figure = ({ short, full }) => (long ? full : short);
