import { conformanceOf } from '../test-support/conformance-of.ts';

conformanceOf('3.7', 3);
