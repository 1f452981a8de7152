import { printIon, type IonValue } from '../ion';
import type { JsonObject } from './operations/operation';

/** ValueHolder of the control plane, which carries Ion text only. */
export const ionText = (value: IonValue): JsonObject => ({ IonText: printIon(value) });
