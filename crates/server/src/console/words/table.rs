//! How a room of the console keeps its words: both languages beside one another, one file a room.

/// Makes the struct of a room's words, its two tables, the method of [`Lang`](super::Lang) that answers the one of a
/// language, and the test that nothing is empty and that both have the same gaps.
macro_rules! word_table {
    ($(#[$doc:meta])* $Words:ident as $method:ident; $($key:ident: $en:literal, $zh:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $Words {
            $(pub(crate) $key: &'static str,)*
        }

        static EN: $Words = $Words { $($key: $en,)* };
        static ZH: $Words = $Words { $($key: $zh,)* };

        impl super::Lang {
            /// This room's words.
            pub(crate) const fn $method(self) -> &'static $Words {
                match self {
                    Self::En => &EN,
                    Self::Zh => &ZH,
                }
            }
        }

        #[cfg(test)]
        mod tests {
            #[test]
            fn both_languages_are_filled_and_have_the_same_gaps() {
                for (key, en, zh) in [$((stringify!($key), $en, $zh),)*] {
                    assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{key}");
                    assert_eq!(en.matches("{}").count(), zh.matches("{}").count(), "{key}");
                }
            }
        }
    };
}

pub(super) use word_table;
