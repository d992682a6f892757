package settings
import ("testing";"math/rand/v2";"maps";"fmt";"slices";"strings"
goccy "github.com/goccy/go-yaml")
func TestZZ(t *testing.T){
 bad,gbad,gok:=0,0,0
 for seed:=range uint64(60000){
  r:=rand.New(rand.NewPCG(seed,1)); old:=randomFile(r)
  f,_,err:=parseFile("x",[]byte(old)); if err!=nil{t.Fatal(err,old)}
  pr:=[]string{"","work","home","007","new"}[r.IntN(5)]
  k:=[]string{"org","user","namespace"}[r.IntN(3)]
  v:=[]string{"acme","it's","a: b, {c} #d","", "12", "x\\y\"z"}[r.IntN(6)]
  c,err:=setting(pr,k,&v); if err!=nil{t.Fatal(err)}
  text,_,err:=c.edit("x",[]byte(old)); if err!=nil{t.Errorf("seed %d %v\n%s",seed,err,old);if bad++;bad>5{t.FailNow()};continue}
  got,_,err:=parseFile("x",text); if err!=nil{t.Fatal(err)}
  want:=f.flat(); key:=k; if pr!=""{key="profiles/"+pr+"/"+k; want["profiles/"+pr]=""}; want[key]=v
  if !maps.Equal(got.flat(),want){t.Fatal("differs")}
  if !slices.Equal(comment.FindAllString(old,-1),comment.FindAllString(string(text),-1)){t.Fatal("comments",old,string(text))}
  if seed%10==0 {
  var g map[string]any
  if goccy.Unmarshal([]byte(strings.TrimPrefix(old,"\ufeff")),&g)==nil { gok++
   g=nil; if err:=goccy.Unmarshal([]byte(strings.TrimPrefix(string(text),"\ufeff")),&g);err!=nil{gbad++;if gbad<6{t.Errorf("goccy %v\n--\n%q\n%s",err,old,text)}} else {
    var x any=g[k]; if pr!=""{ p,_:=g["profiles"].(map[string]any); q,_:=p[pr].(map[string]any); x=q[k]}
    if fmt.Sprint(x)!=v {gbad++;if gbad<6{t.Errorf("goccy reads %v for %v\n%q\n%s",x,v,old,text)}}
   }}}
  for _,c2:=range []change{{at:c.at},{at:[]string{"profiles","work"}},{at:[]string{"profiles","007"}}}{
  t2,_,err:=c2.edit("x",text); if err!=nil{t.Errorf("unset seed %d %v\n%s",seed,err,text);if bad++;bad>5{t.FailNow()}}
  if len(c2.at)==2 && t2!=nil { a,b:=len(comment.FindAllString(string(text),-1)),len(comment.FindAllString(string(t2),-1)); if a-b>8 {t.Errorf("many comments went %d\n%s\n%s",a-b,text,t2)}}
  }
 }
 fmt.Println("goccy ok",gok,"bad",gbad)
}
