//! Statements and blocks.

use syn::spanned::Spanned;
use syn::{Block, Expr, ExprAssign, ExprBinary, Local, Pat, Stmt};

use crate::expression::refused;
use crate::lower::{Lowering, Value};

impl Lowering {
    /// A scope: its names end with it, what it has assigned to others stays.
    pub fn block(&mut self, block: &Block) -> syn::Result<Value> {
        let known = self.names.len();
        let mut value = Value::Nothing;
        for statement in &block.stmts {
            value = self.statement(statement)?;
        }
        self.names.truncate(known);
        Ok(value)
    }

    pub fn statement(&mut self, statement: &Stmt) -> syn::Result<Value> {
        match statement {
            Stmt::Local(local) => self.local(local)?,
            Stmt::Expr(Expr::Assign(assignment), _) => self.assignment(assignment)?,
            Stmt::Expr(Expr::Binary(binary), _) if is_assignment(binary) => self.compound(binary)?,
            Stmt::Expr(expression, semicolon) => {
                let value = self.expression(expression)?;
                if semicolon.is_none() {
                    return Ok(value);
                }
            }
            Stmt::Item(item) => return Err(refused(item, "an item")),
            Stmt::Macro(call) => return Err(refused(call, "a macro")),
        }
        Ok(Value::Nothing)
    }

    fn local(&mut self, local: &Local) -> syn::Result<()> {
        let Some(init) = &local.init else {
            return Err(syn::Error::new(
                local.span(),
                "give it its value at once: `let name = ...;`",
            ));
        };
        if let Some((_, diverging)) = &init.diverge {
            return Err(refused(diverging, "`let ... else`"));
        }
        let value = self.expression(&init.expr)?;
        self.bind(&local.pat, value)
    }

    fn bind(&mut self, pattern: &Pat, value: Value) -> syn::Result<()> {
        match pattern {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                self.names.push((name.ident.to_string(), value));
                Ok(())
            }
            Pat::Wild(_) => Ok(()),
            Pat::Paren(inner) => self.bind(&inner.pat, value),
            Pat::Tuple(tuple) => {
                if let Value::Tuple(parts) = &value
                    && parts.len() != tuple.elems.len()
                {
                    let message = format!("there are {} values for these names", parts.len());
                    return Err(syn::Error::new(tuple.span(), message));
                }
                for (index, pattern) in tuple.elems.iter().enumerate() {
                    if !matches!(pattern, Pat::Wild(_)) {
                        let part = self.part(&value, index, pattern)?;
                        self.bind(pattern, part)?;
                    }
                }
                Ok(())
            }
            other => Err(refused(other, "this pattern")),
        }
    }

    fn assignment(&mut self, assignment: &ExprAssign) -> syn::Result<()> {
        let place = self.number(&assignment.right)?;
        self.assign(&assignment.left, Value::One(place))
    }

    /// `x += y` and its like.
    fn compound(&mut self, binary: &ExprBinary) -> syn::Result<()> {
        let (left, right) = (self.number(&binary.left)?, self.number(&binary.right)?);
        let place = self.binary(&binary.op, left, right)?;
        self.assign(&binary.left, Value::One(place))
    }

    fn assign(&mut self, target: &Expr, value: Value) -> syn::Result<()> {
        let name = match target {
            Expr::Path(path) => path.path.get_ident(),
            _ => None,
        };
        let Some(name) = name else {
            return Err(syn::Error::new(target.span(), "assign to one name"));
        };
        match self.names.iter().rposition(|(known, _)| name == known) {
            Some(place) if self.fixed.contains(&place) => Err(syn::Error::new(
                name.span(),
                format!(
                    "`{name}` is read only: what is updated stands behind `mut`; a value of your own is `let mut other = {name};`"
                ),
            )),
            Some(place) => {
                self.names[place].1 = value;
                Ok(())
            }
            None => Err(syn::Error::new(
                name.span(),
                format!("`{name}` is not a value of this kernel"),
            )),
        }
    }
}

fn is_assignment(binary: &ExprBinary) -> bool {
    use syn::BinOp::{
        AddAssign, BitAndAssign, BitOrAssign, BitXorAssign, DivAssign, MulAssign, RemAssign, ShlAssign,
        ShrAssign, SubAssign,
    };
    matches!(
        binary.op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | BitXorAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}
