export {
  type EmbeddedBackend,
  type EmbeddedOptions,
  openEmbeddedBackend,
  openEmbeddedStore,
} from './open-embedded.ts';
