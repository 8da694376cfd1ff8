// The forms of Russian messages with a number.

/**
 * The forms of a message with a number: for 1 and 21, for 2 to 4, and for 5 and more, which is the second form unless
 * told. Fractions take the second form.
 * @param {string} one
 * @param {string} few
 * @param {string} [many]
 */
export const forms = (one, few, many = few) => ({ one, few, many, other: few });
