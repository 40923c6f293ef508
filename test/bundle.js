/** Bundles the functions once, before any test. */
module.exports = async () => {
  const { default: bundle } = await import('../scripts/bundle.mjs');
  await bundle();
};
