import { conformanceOf } from '../test-support/conformance-of.ts';

conformanceOf('3.4', 1);
