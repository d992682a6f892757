package output
import ("testing";"math/rand/v2";"encoding/json";"strings")
func TestRandomYAML(t *testing.T){
	alpha := []string{"a","b","Z","é","日"," ","  ","\n","\n\n","\n ","\n- ","\n# "," \n","\t","\r",":",": ","#"," #","-","- ","?","? ","[","]","{","}",",","&","*","!","|",">","'","\"","%","@","`","\\","\\U0001F680","0","1","_",".","e","x","~","=","<<","---","...","\u0085","\u2028","\u202e","🚀","\x00","\u00a0","/","+","y","no","null","\u3000","\u0301","%YAML","!!str"}
	for i := range 150000 {
		var s strings.Builder
		for range 1+rand.IntN(12) { s.WriteString(alpha[rand.IntN(len(alpha))]) }
		v := s.String()
		if i%3 == 0 { v = strings.Map(func(r rune) rune { if special(r) && r != '\n' { return 'w' }; return r }, v) }
		var doc any = v
		switch i%5 { case 0: doc = map[string]any{v: v}; case 1: doc = []any{v, "x", v}; case 2: doc = map[string]any{"k": []any{v, map[string]any{v: v, "z": v}}}; case 3: doc = map[string]any{"k": v, "l": 1} }
		b,_ := json.Marshal(doc)
		checkYAML(t, string(b))
		if t.Failed() { t.Fatalf("%q", v) }
	}
}
