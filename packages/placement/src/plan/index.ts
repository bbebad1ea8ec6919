export type { BorrowedRoom, MovePlan, PlanOptions, PlanStep } from './move-plan.ts';
export { planMoves } from './plan-moves.ts';
