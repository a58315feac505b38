//! HTTP clients of Aquarius, Brizo and the Secret Store.
