import { z } from 'zod';
import { nameSchema } from './names.ts';

/** A state and how many replicas of a partition may be in it. */
export interface ModelState {
  readonly name: string;
  /** A number; `R`: as many as the resource has replicas; `N`: one on every candidate instance; `-1`: no limit. */
  readonly count: string;
}

/** A transition that participants know how to make. */
export interface ModelTransition {
  readonly from: string;
  readonly to: string;
}

/** Body of `PUT …/state-models/{model}`. */
export interface StateModelDeclaration {
  /** Where every replica begins. */
  readonly initialState: string;
  /** In order of priority: the top state first. */
  readonly states: readonly ModelState[];
  /** In order of priority. */
  readonly transitions: readonly ModelTransition[];
}

/** A state model. */
export interface StateModel extends StateModelDeclaration {
  readonly name: string;
  /** Comes with Keelson and cannot be changed or removed. */
  readonly builtIn: boolean;
}

/** Body of `GET …/state-models`, in order of name. */
export interface StateModelList {
  readonly stateModels: readonly StateModel[];
}

const modelStateSchema = z.strictObject({
  name: nameSchema,
  count: z.string().regex(/^(-1|R|N|[1-9]\d{0,5})$/, 'must be a number from 1 on, `R`, `N` or `-1`'),
});
const transitionSchema = z.strictObject({ from: nameSchema, to: nameSchema });

/** Schema of {@link StateModel}. */
export const stateModelSchema: z.ZodType<StateModel> = z
  .object({
    name: z.string(),
    builtIn: z.boolean(),
    initialState: z.string(),
    states: z.array(z.object({ name: z.string(), count: z.string() })),
    transitions: z.array(z.object({ from: z.string(), to: z.string() })),
  })
  .meta({ id: 'StateModel' });

/** Schema of {@link StateModelList}. */
export const stateModelListSchema: z.ZodType<StateModelList> = z
  .object({ stateModels: z.array(stateModelSchema) })
  .meta({ id: 'StateModelList' });

/** Schema of {@link StateModelDeclaration}. */
export const stateModelDeclarationSchema: z.ZodType<StateModelDeclaration, StateModelDeclaration> = z
  .strictObject({
    initialState: nameSchema,
    states: z.array(modelStateSchema).min(1).max(100),
    transitions: z.array(transitionSchema).min(1).max(10_000),
  })
  .meta({ id: 'StateModelDeclaration' });
