/** Most samples of one name in a set; more are left out and counted. */
export const MAX_FAMILY_SAMPLES = 20_000;
/** Longest text that a closure may build or a label may have, in UTF-16 code units. */
export const MAX_LABEL_LENGTH = 4_096;
/** Longest pattern of tagMatch and its like, in UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 1_000;
