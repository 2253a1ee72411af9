//! The six element types of the format. The list stands once, in the macro's invocation.

use std::fmt;

use super::CHUNK;

macro_rules! element_types {
    ($($variant:ident($type:ident) = $code:literal,)*) => {
        /// The type of the elements of an IDX file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ElementType {
            $(#[doc = concat!("`", stringify!($type), "`, code `", stringify!($code), "`.")] $variant,)*
        }

        impl ElementType {
            /// Every element type, by ascending code.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The third byte of the file.
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The type with this code, if there is one.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The size of an element in bytes.
            pub const fn size(self) -> usize {
                match self {
                    $(Self::$variant => size_of::<$type>(),)*
                }
            }
        }

        impl fmt::Display for ElementType {
            /// The Rust type's name: `u8`, `i8`, `i16`, `i32`, `f32` or `f64`.
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(match self {
                    $(Self::$variant => stringify!($type),)*
                })
            }
        }

        /// The elements of an IDX file, in the machine's byte order.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Elements {
            $(#[doc = concat!("Elements of type `", stringify!($type), "`.")] $variant(Vec<$type>),)*
        }

        impl Elements {
            /// The type of the elements.
            pub fn element_type(&self) -> ElementType {
                match self {
                    $(Self::$variant(_) => ElementType::$variant,)*
                }
            }

            /// The number of elements.
            pub fn len(&self) -> usize {
                match self {
                    $(Self::$variant(elements) => elements.len(),)*
                }
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Every element converted to f32, rounded to the nearest where f32 has no such number.
            #[allow(clippy::cast_lossless, reason = "one line for types that convert exactly and for those that round")]
            pub fn to_f32(&self) -> Vec<f32> {
                match self {
                    $(Self::$variant(elements) => elements.iter().map(|&element| element as f32).collect(),)*
                }
            }

            /// Every element converted to f64, which holds them all exactly.
            pub fn to_f64(&self) -> Vec<f64> {
                match self {
                    $(Self::$variant(elements) => elements.iter().map(|&element| f64::from(element)).collect(),)*
                }
            }

            /// Calls `visit` with the big-endian bytes of the elements, some at a time.
            pub(super) fn visit_bytes<E>(&self, visit: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
                let mut bytes = Vec::new();
                match self {
                    $(Self::$variant(elements) => {
                        for chunk in elements.chunks(CHUNK / size_of::<$type>()) {
                            bytes.clear();
                            bytes.extend(chunk.iter().flat_map(|element| element.to_be_bytes()));
                            visit(&bytes)?;
                        }
                    })*
                }
                Ok(())
            }

            /// No elements yet, of the given type.
            pub(super) fn empty(element_type: ElementType) -> Self {
                match element_type {
                    $(ElementType::$variant => Self::$variant(Vec::new()),)*
                }
            }

            /// Appends the elements that `bytes` holds in big-endian order; an incomplete last one is left out.
            pub(super) fn extend_from_bytes(&mut self, bytes: &[u8]) -> Result<(), std::collections::TryReserveError> {
                match self {
                    $(Self::$variant(elements) => {
                        let (encoded, _) = bytes.as_chunks();
                        elements.try_reserve(encoded.len())?;
                        elements.extend(encoded.iter().map(|&encoded| $type::from_be_bytes(encoded)));
                    })*
                }
                Ok(())
            }
        }

        $(
            impl From<Vec<$type>> for Elements {
                fn from(elements: Vec<$type>) -> Self {
                    Self::$variant(elements)
                }
            }

            impl TryFrom<Elements> for Vec<$type> {
                type Error = Elements;

                /// The vector without a copy, or the elements back if they are of another type.
                fn try_from(elements: Elements) -> Result<Self, Elements> {
                    match elements {
                        Elements::$variant(elements) => Ok(elements),
                        other => Err(other),
                    }
                }
            }

            impl Element for $type {
                const TYPE: ElementType = ElementType::$variant;
            }

            impl sealed::Sealed for $type {
                fn borrow(elements: &Elements) -> Option<&[Self]> {
                    match elements {
                        Elements::$variant(elements) => Some(elements),
                        _ => None,
                    }
                }
            }
        )*
    };
}

element_types! {
    U8(u8) = 0x08,
    I8(i8) = 0x09,
    I16(i16) = 0x0B,
    I32(i32) = 0x0C,
    F32(f32) = 0x0D,
    F64(f64) = 0x0E,
}

/// A Rust type that an IDX file can hold: u8, i8, i16, i32, f32 or f64.
pub trait Element: sealed::Sealed {
    /// The element type this is.
    const TYPE: ElementType;
}

mod sealed {
    /// Keeps [`Element`](super::Element) to the types of the format.
    pub trait Sealed: Copy + 'static {
        fn borrow(elements: &super::Elements) -> Option<&[Self]>;
    }
}
