import fc from 'fast-check';

/**
 * Property tests draw from one seed, so that a run says something about the change and not about luck. `KEELSON_FRESH_SEEDS=true` draws anew: run it so now and
 * then, and keep what it finds as an example of its own.
 */
if (process.env.KEELSON_FRESH_SEEDS !== 'true') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_121 });
